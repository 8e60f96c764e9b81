docker volume create portal_data
docker run -d -p 8000:8000 -p 9443:9443 --name portal --restart=always \
    -v /var/run/docker.sock:/var/run/docker.sock \
    -v portal_data:/data \
    -l 'traefik.http.routers.portal.rule=Host(`portal.test`)' \
    --log-driver json-file --log-opt max-size=10m \
    --health-cmd 'wget -q --spider http://localhost:9000 || exit 1' --health-interval 30s \
    portal/portal-ce:2.21.4 --admin-password='$2y$05$abc' --http-enabled
echo "Open https://$(hostname -f):9443"
